import styles from '../styles/files.css?inline'
import { addStyles } from '../theme.ts'

addStyles(styles)
